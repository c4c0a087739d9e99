package dev.memalloc.agent;

import com.sun.tools.attach.VirtualMachine;

/** Something to be done with another JVM, attached to for that long. */
interface Attached<T> {
    /** Does it. */
    T apply(VirtualMachine jvm) throws Exception;

    static <T> T withJvm(String id, Attached<T> what) throws Exception {
        VirtualMachine jvm = VirtualMachine.attach(id);
        try {
            return what.apply(jvm);
        } finally {
            jvm.detach();
        }
    }
}
