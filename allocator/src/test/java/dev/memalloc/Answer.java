package dev.memalloc;

/** How a call of a heap ended, in the words that outcomes of the stress tests are made of. */
final class Answer {
    static final String DONE = "done";
    static final String FREED_ALREADY = "freed already";
    static final String NO_BLOCK = "no block";
    static final String CLOSED = "closed";
    static final String DAMAGED = "damaged";

    private Answer() {
    }

    /** What a call answers; what nothing may ever answer is told in full, and is no outcome that is allowed. */
    static String of(Runnable call) {
        try {
            call.run();
            return DONE;
        } catch (IllegalStateException e) {
            return ofState(e);
        } catch (IllegalArgumentException e) {
            return e.getMessage().contains("is not the address of a live block") ? NO_BLOCK : e.toString();
        }
    }

    private static String ofState(IllegalStateException e) {
        String message = e.getMessage();
        if (message.endsWith("was freed already") || message.endsWith("was freed or moved already")) {
            return FREED_ALREADY;
        }
        if (message.startsWith("damaged heap")) {
            return DAMAGED;
        }
        // The second are the words of the JDK's arenas.
        return message.equals("the heap is closed") || message.equals("Already closed") ? CLOSED : e.toString();
    }
}
