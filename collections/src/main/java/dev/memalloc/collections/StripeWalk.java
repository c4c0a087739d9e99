package dev.memalloc.collections;

import java.util.ArrayList;
import java.util.List;

/**
 * A walk over the entries of some stripes. It reads one shard at a time, so nothing that happens between two of them
 * disturbs it; an entry that is there throughout comes up once, others once or not at all.
 */
final class StripeWalk {
    private final StripedStringMap map;
    private final boolean withValues;
    /** What was read of a shard: keys, and behind each its value, or null. */
    private final List<String> read = new ArrayList<>();
    private int nextRead;
    private int stripe;
    private int stripeEnd;
    /** How far it has come in the stripe. */
    private int walked;
    private String key;
    private String value;

    /** Over the whole map, with or without values. */
    StripeWalk(StripedStringMap map, boolean withValues) {
        this(map, withValues, 0, map.stripeCount());
    }

    private StripeWalk(StripedStringMap map, boolean withValues, int stripe, int stripeEnd) {
        this.map = map;
        this.withValues = withValues;
        this.stripe = stripe;
        this.stripeEnd = stripeEnd;
    }

    /** Goes on to the next entry; returns whether there is one. */
    boolean advance() {
        do {
            while (nextRead < read.size()) {
                key = read.get(nextRead);
                value = read.get(nextRead + 1);
                nextRead += 2;
                if (withValues && value == null) {
                    value = map.look(key);
                }
                if (!withValues || value != null) {
                    return true;
                }
            }
        } while (readMore());
        return false;
    }

    String key() {
        return key;
    }

    String value() {
        return value;
    }

    StripedStringMap map() {
        return map;
    }

    /** Gives half of the stripes behind the present one to another walk; null if there are none. */
    StripeWalk split() {
        int middle = stripe + stripeEnd + 1 >>> 1;
        if (middle >= stripeEnd) {
            return null;
        }
        StripeWalk other = new StripeWalk(map, withValues, middle, stripeEnd);
        stripeEnd = middle;
        return other;
    }

    /** At most so many entries are left, as far as can be told now. */
    long left() {
        long count = (read.size() - nextRead) / 2;
        for (int i = stripe; i < stripeEnd; i++) {
            count += map.stripeAt(i).size();
        }
        return count;
    }

    private boolean readMore() {
        if (stripe == stripeEnd) {
            return false;
        }
        nextRead = 0;
        walked = map.stripeAt(stripe).walk(walked, withValues, Scratch.ofThread().key, read);
        if (walked == LinearHashing.WALK_END) {
            walked = 0;
            stripe++;
        }
        return true;
    }
}
