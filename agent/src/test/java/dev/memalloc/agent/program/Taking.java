package dev.memalloc.agent.program;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Scanner;

/**
 * Takes and frees native memory by all ways, as it is told on stdin, and answers each line with one.
 *
 * <p>{@code take name} keeps memory of each way but that which only the collector frees; {@code free name} frees it;
 * {@code each attribute} and {@code heap} print figures; {@code refuse n} asks for n bytes, and prints the messages.
 */
public final class Taking {
    private static final int BYTES = 1000;

    private Taking() {
    }

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        Way.useFirst();
        Map<String, List<Way.Taken>> taken = new HashMap<>();
        System.out.println(ProcessHandle.current().pid());
        Scanner in = new Scanner(System.in);
        while (in.hasNextLine()) {
            String[] words = in.nextLine().split(" ");
            System.out.println(switch (words[0]) {
                case "take" -> {
                    taken.put(words[1], takeAll());
                    yield "taken";
                }
                case "free" -> {
                    freeAll(taken.remove(words[1]));
                    yield "freed";
                }
                case "each" -> Figures.each(words[1]);
                case "heap" -> Figures.bean("Heap", "BlocksLive") + " " + Figures.bean("Heap", "MappingsLive");
                case "refuse" -> refusals(Integer.parseInt(words[1]));
                default -> throw new IllegalArgumentException(words[0]);
            });
        }
    }

    private static List<Way.Taken> takeAll() throws InterruptedException {
        List<Way.Taken> all = new ArrayList<>();
        for (Way way : Way.FREED_AT_ONCE) {
            all.add(way.take(BYTES));
        }
        return all;
    }

    private static void freeAll(List<Way.Taken> all) throws Exception {
        for (Way.Taken each : all) {
            each.free();
        }
    }

    private static List<String> refusals(int bytes) throws InterruptedException {
        List<String> messages = new ArrayList<>();
        for (Way way : List.of(Way.DIRECT, Way.UNSAFE)) {
            try {
                way.take(bytes);
            } catch (RuntimeException e) {
                messages.add(e.getMessage());
            }
        }
        return messages;
    }
}
