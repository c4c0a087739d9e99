package dev.memalloc.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/** What is in the agent's jar, and under which names. */
class JarIT {
    @Test
    void nothingInItCanMeetTheApplicationsClasses() throws Exception {
        try (JarFile jar = new JarFile(ChildJvm.AGENT.toFile())) {
            List<String> classes = jar.stream().map(Object::toString).filter(name -> name.endsWith(".class")).toList();
            assertThat(classes)
                .contains("boot/dev/memalloc/Memory.class", "boot/dev/memalloc/agent/boot/DirectMemory.class")
                .allMatch(name -> name.startsWith("boot/dev/memalloc/") || name.startsWith("dev/memalloc/agent/")
                    || name.equals("boot/java/nio/MemallocNio.class"))
                .noneMatch(name -> name.startsWith("dev/memalloc/agent/boot/"));
        }
    }

    @Test
    void whatOlderJvmsLoadIsMadeForThem() throws Exception {
        try (JarFile jar = new JarFile(ChildJvm.AGENT.toFile())) {
            for (Class<?> type : List.of(AgentMain.class, AttachMain.class, AgentOptions.class)) {
                try (InputStream in = jar.getInputStream(jar.getEntry(type.getName().replace('.', '/') + ".class"))) {
                    assertThat(ClassFile.of().parse(in.readAllBytes()).majorVersion()).as(type.getName())
                        .isEqualTo(ClassFile.JAVA_17_VERSION);
                }
            }
        }
    }

    /** Such a call is one at whose end the collector would have to wait. */
    @Test
    void noCallOfTheSystemIsCritical() throws Exception {
        try (JarFile jar = new JarFile(ChildJvm.AGENT.toFile())) {
            List<JarEntry> entries = jar.stream().filter(entry -> entry.getName().matches("boot/.*\\.class")).toList();
            int linkers = 0;
            for (JarEntry entry : entries) {
                try (InputStream in = jar.getInputStream(entry)) {
                    for (PoolEntry constant : ClassFile.of().parse(in.readAllBytes()).constantPool()) {
                        if (constant instanceof MemberRefEntry member
                                && member.owner().asInternalName().startsWith("java/lang/foreign/Linker")) {
                            linkers++;
                            assertThat(member.name().stringValue()).as(entry.getName()).isNotEqualTo("critical");
                        }
                    }
                }
            }
            assertThat(linkers).as("calls of the linker, in %s", entries).isPositive();
        }
    }

    @Test
    void manifest() throws Exception {
        try (JarFile jar = new JarFile(ChildJvm.AGENT.toFile())) {
            Attributes attributes = jar.getManifest().getMainAttributes();
            assertThat(attributes.getValue("Premain-Class")).isEqualTo(AgentMain.class.getName());
            assertThat(attributes.getValue("Agent-Class")).isEqualTo(AgentMain.class.getName());
            assertThat(attributes.getValue("Main-Class")).isEqualTo(AttachMain.class.getName());
            assertThat(attributes.getValue("Can-Redefine-Classes")).isEqualTo("true");
            assertThat(attributes.getValue("Can-Retransform-Classes")).isNull();
            assertThat(attributes.getValue("Boot-Class-Path")).isNull();
        }
    }
}
