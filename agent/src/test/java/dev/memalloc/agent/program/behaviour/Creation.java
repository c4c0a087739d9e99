package dev.memalloc.agent.program.behaviour;

import static dev.memalloc.agent.program.behaviour.Observation.print;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What a new buffer is, and which are refused. */
final class Creation {
    private static final int PAGE = 4096;
    private static final int ALIGNMENT = 16;

    private Creation() {
    }

    static void show() {
        print("empty", () -> ByteBuffer.allocateDirect(0));
        print("empty's slice", () -> ByteBuffer.allocateDirect(0).slice());
        print("empty has an address", () -> Buffers.address(ByteBuffer.allocateDirect(0)) != 0);
        for (int negative : new int[] {-1, -16, Integer.MIN_VALUE}) {
            print("capacity " + negative, () -> ByteBuffer.allocateDirect(negative));
        }
        print("buffer", () -> ByteBuffer.allocateDirect(100));
        print("class", () -> ByteBuffer.allocateDirect(100).getClass());
        print("superclasses", () -> {
            List<String> names = new ArrayList<>();
            for (Class<?> type = ByteBuffer.allocateDirect(1).getClass(); type != null; type = type.getSuperclass()) {
                names.add(type.getName() + List.of(type.getInterfaces()));
            }
            return names;
        });
        print("order", () -> ByteBuffer.allocateDirect(100).order());
        print("is direct", () -> ByteBuffer.allocateDirect(100).isDirect());
        print("is read-only", () -> ByteBuffer.allocateDirect(100).isReadOnly());
        print("has an array", () -> ByteBuffer.allocateDirect(100).hasArray());
        print("array", () -> ByteBuffer.allocateDirect(100).array());
        print("array's offset", () -> ByteBuffer.allocateDirect(100).arrayOffset());
        print("no mark", () -> ByteBuffer.allocateDirect(100).reset());
        print("hash", () -> ByteBuffer.allocateDirect(100).hashCode());
        print("attachment", () -> Buffers.direct(ByteBuffer.allocateDirect(100), "attachment"));
        print("has a cleaner", () -> Buffers.direct(ByteBuffer.allocateDirect(100), "cleaner") != null);
        print("cleaner's class", () -> Buffers.direct(ByteBuffer.allocateDirect(100), "cleaner").getClass());
        print("address", () -> Buffers.address(ByteBuffer.allocateDirect(100)) % alignment());
        print("public members", () -> members(ByteBuffer.class));
    }

    private static long alignment() {
        return Boolean.getBoolean("sun.nio.PageAlignDirectMemory") ? PAGE : ALIGNMENT;
    }

    /** Nothing that was written into the class shows. */
    private static int members(Class<?> type) {
        int hash = List.of(type.getDeclaredMethods()).stream().map(Object::toString).sorted().toList().hashCode();
        for (Field field : type.getDeclaredFields()) {
            hash += field.toString().hashCode() * Modifier.toString(field.getModifiers()).hashCode();
        }
        return hash;
    }
}
