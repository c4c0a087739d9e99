package dev.memalloc.benchmarks;

import dev.memalloc.benchmarks.ChildJvm.ChildFailedException;
import dev.memalloc.benchmarks.allocators.Opponent;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Runs each job with each allocator, each time in a JVM of its own, taking turns: all allocators do a job once, then
 * all do it again. So what else the machine does hits them alike.
 */
final class Launcher {
    private final PrintWriter log;

    /** A launcher that says on {@code log} what it does. */
    Launcher(PrintWriter log) {
        this.log = log;
    }

    /** Those of the opponents that work here; the others are named in the log, with the reason. */
    List<Opponent> installed(List<Opponent> opponents) throws IOException, InterruptedException {
        List<Opponent> installed = new ArrayList<>();
        for (Opponent opponent : opponents) {
            try {
                log.println(opponent.name() + " " + ChildJvm.run(opponent, Child.VERSION));
                installed.add(opponent);
            } catch (ChildFailedException e) {
                log.println(opponent.name() + " is left out: " + e.getMessage());
            }
            log.flush();
        }
        return installed;
    }

    /** Runs all jobs; each measurement is written to {@code raw} at once. */
    List<Measurement> run(List<Job> jobs, List<Opponent> opponents, int rounds, double seconds, PrintWriter raw)
            throws IOException, InterruptedException {
        List<Measurement> measurements = new ArrayList<>();
        for (Job job : jobs) {
            List<Opponent> fit = opponents.stream().filter(opponent -> fits(job, opponent)).toList();
            for (int round = 1; round <= rounds; round++) {
                for (Opponent opponent : fit) {
                    String what = String.format("%s@%d, round %d of %d, %s: ",
                        job.workload().name(), job.threads(), round, rounds, opponent.name());
                    try {
                        String line = ChildJvm.run(opponent, job.workload().name(),
                            Integer.toString(job.threads()), Integer.toString(round), Double.toString(seconds));
                        Measurement measurement = ResultFile.parseLine(line);
                        measurements.add(measurement);
                        raw.println(line);
                        raw.flush();
                        log.println(what + String.format(Locale.ROOT, "%.1f ns", measurement.nanosPerOperation()));
                    } catch (ChildFailedException e) {
                        log.println(what + "failed: " + e.getMessage());
                    }
                    log.flush();
                }
            }
        }
        return measurements;
    }

    private boolean fits(Job job, Opponent opponent) {
        String why = null;
        if (job.workload().handsOver() && opponent.freesOwnOnly()) {
            why = "only the thread that allocated a block can free it";
        } else if (job.workload().blocksLive(job.threads()) > opponent.blocksMax()) {
            why = "too many blocks for it";
        }
        if (why != null) {
            log.println(job.workload().name() + ": " + opponent.name() + " is left out: " + why);
        }
        return why == null;
    }
}
