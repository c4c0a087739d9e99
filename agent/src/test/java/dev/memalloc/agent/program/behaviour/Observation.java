package dev.memalloc.agent.program.behaviour;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.Callable;

/** One line about what direct buffers do: a result, or what was thrown instead of it, addresses left out. */
final class Observation {
    private Observation() {
    }

    static void print(String name, Callable<?> what) {
        System.out.println(name + ": " + outcome(what));
    }

    static String outcome(Callable<?> what) {
        try {
            return String.valueOf(what.call());
        } catch (InvocationTargetException e) {
            return e.getCause().toString();
        } catch (Throwable e) {
            return e.toString().replaceAll("0x[0-9a-f]+", "0x...");
        }
    }
}
