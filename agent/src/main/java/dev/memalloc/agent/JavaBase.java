package dev.memalloc.agent;

import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.Instrumentation;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;

/**
 * The way into {@code java.base}: a lookup with full privileges on {@code java.nio}.
 *
 * <p>Native access, and all methods that look at their caller, want a lookup that was made by
 * {@link MethodHandles#lookup()} in a class of that module; one made by {@code privateLookupIn} is refused. So a
 * class with one method that makes such a lookup is added to {@code java.nio}. The package is opened for that to the
 * module of the agent's own class loader, and to nobody else; the method cannot be called from outside of the
 * package.
 */
final class JavaBase {
    private static final String NAME = "java.nio.MemallocLookup";
    private static final String METHOD = "lookup";

    private JavaBase() {
    }

    /**
     * The lookup.
     *
     * @throws ReflectiveOperationException if this JVM does not allow it
     */
    static MethodHandles.Lookup lookup(Instrumentation instrumentation) throws ReflectiveOperationException {
        instrumentation.redefineModule(Object.class.getModule(), Set.of(), Map.of(),
            Map.of("java.nio", Set.of(JavaBase.class.getModule())), Set.of(), Map.of());
        MethodHandles.Lookup inPackage = MethodHandles.privateLookupIn(ByteBuffer.class, MethodHandles.lookup());
        MethodType type = MethodType.methodType(MethodHandles.Lookup.class);
        try {
            return (MethodHandles.Lookup) inPackage.findStatic(lender(inPackage), METHOD, type).invoke();
        } catch (ReflectiveOperationException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** The class that makes the lookup: there already, if the agent was started before. */
    private static Class<?> lender(MethodHandles.Lookup inPackage) throws IllegalAccessException {
        try {
            return inPackage.findClass(NAME);
        } catch (ClassNotFoundException e) {
            return inPackage.defineClass(lenderBytes());
        }
    }

    private static byte[] lenderBytes() {
        MethodTypeDesc type = MethodTypeDesc.of(ConstantDescs.CD_MethodHandles_Lookup);
        return ClassFile.of().build(ClassDesc.of(NAME), lender -> lender
            .withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER | ClassFile.ACC_SYNTHETIC)
            .withMethodBody(METHOD, type, ClassFile.ACC_STATIC, code -> code
                .invokestatic(ConstantDescs.CD_MethodHandles, METHOD, type)
                .areturn()));
    }
}
