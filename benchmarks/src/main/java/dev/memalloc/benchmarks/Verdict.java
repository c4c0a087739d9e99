package dev.memalloc.benchmarks;

/** What comes of a misuse. */
enum Verdict {
    REFUSED("exception", "an exception at the call, or at the access"),
    LATER("exception later", "an exception at a later call"),
    ABORT("abort", "the allocator ends the process"),
    CRASH("crash", "the process ends by a signal"),
    HANG("hang", "the process does not end"),
    OVERLAP("overlap", "one piece of memory is handed out twice"),
    SILENT("nothing", "nothing is noticed in some thousand calls"),
    NONE("-", "there is no such misuse of the block");

    final String shortly;
    final String meaning;

    Verdict(String shortly, String meaning) {
        this.shortly = shortly;
        this.meaning = meaning;
    }
}
