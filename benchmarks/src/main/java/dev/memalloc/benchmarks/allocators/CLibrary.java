package dev.memalloc.benchmarks.allocators;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * A shared library that exports {@code malloc}, {@code calloc}, {@code realloc} and {@code free}.
 *
 * <p>It is loaded beside the C library, which the JVM itself goes on using: nothing is preloaded. A function of a
 * library that does not define it could resolve to the C library's of the same name, so each one is asked which
 * file it is in.
 *
 * @param path where the library is; a plain file name is searched for as {@code dlopen} does
 * @param symbols what it exports
 */
record CLibrary(String path, SymbolLookup symbols) {
    private static final String GLIBC = "libc.so.6";
    private static final Linker LINKER = Linker.nativeLinker();
    private static final AddressLayout TEXT =
        ValueLayout.ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(4096, ValueLayout.JAVA_BYTE));
    /** Dl_info: which file an address is in, where that is loaded, and the nearest symbol. */
    private static final MemoryLayout DL_INFO = MemoryLayout.structLayout(
        TEXT.withName("file"), ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS);

    /** The C library of this process. */
    static CLibrary glibc() {
        return new CLibrary(GLIBC, LINKER.defaultLookup());
    }

    /**
     * Loads a library.
     *
     * @throws IllegalArgumentException if there is none at that path, or it cannot be loaded
     */
    static CLibrary load(String path) {
        SymbolLookup symbols = path.contains("/")
            ? SymbolLookup.libraryLookup(Path.of(path), Arena.global())
            : SymbolLookup.libraryLookup(path, Arena.global());
        return new CLibrary(path, symbols);
    }

    /**
     * A handle on one of the allocator's functions, without a transition of the thread's state: the cheapest call.
     *
     * @throws IllegalStateException if the function is another library's
     */
    MethodHandle function(String name, FunctionDescriptor type) {
        MemorySegment symbol = symbols.findOrThrow(name);
        String file = fileOf(symbol);
        if (!Path.of(file).getFileName().equals(Path.of(path).getFileName())) {
            throw new IllegalStateException(name + " of " + path + " resolves into " + file);
        }
        return LINKER.downcallHandle(symbol, type, Linker.Option.critical(false));
    }

    /** The version that the library itself tells, by the function that it has for that. */
    String version() {
        try {
            if (symbols.find("mallctl").isPresent()) {
                return jemallocVersion();
            }
            if (symbols.find("mi_version").isPresent()) {
                MethodHandle version = plain("mi_version", FunctionDescriptor.of(ValueLayout.JAVA_INT));
                return Integer.toString((int) version.invoke());
            }
            if (symbols.find("tc_version").isPresent()) {
                MethodHandle version = plain("tc_version", FunctionDescriptor.of(
                    TEXT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
                MemorySegment none = MemorySegment.NULL;
                return ((MemorySegment) version.invoke(none, none, none)).getString(0);
            }
            if (symbols.find("gnu_get_libc_version").isPresent()) {
                MethodHandle version = plain("gnu_get_libc_version", FunctionDescriptor.of(TEXT));
                return ((MemorySegment) version.invoke()).getString(0);
            }
            return "unknown";
        } catch (Throwable e) {
            throw new IllegalStateException("the version of " + path + " cannot be read", e);
        }
    }

    private String jemallocVersion() throws Throwable {
        MethodHandle mallctl = plain("mallctl", FunctionDescriptor.of(ValueLayout.JAVA_INT,
            ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(TEXT);
            MemorySegment size = arena.allocateFrom(ValueLayout.JAVA_LONG, TEXT.byteSize());
            int failure = (int) mallctl.invoke(arena.allocateFrom("version"), value, size, MemorySegment.NULL, 0L);
            return failure == 0 ? value.get(TEXT, 0).getString(0) : "unknown";
        }
    }

    private MethodHandle plain(String name, FunctionDescriptor type) {
        return LINKER.downcallHandle(symbols.findOrThrow(name), type);
    }

    private static String fileOf(MemorySegment symbol) {
        MethodHandle dladdr = glibc().plain("dladdr",
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(DL_INFO);
            if ((int) dladdr.invoke(symbol, info) == 0) {
                throw new IllegalStateException("no library has the address " + symbol.address());
            }
            return info.get(TEXT, DL_INFO.byteOffset(PathElement.groupElement("file"))).getString(0);
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("dladdr cannot be called", e);
        }
    }
}
