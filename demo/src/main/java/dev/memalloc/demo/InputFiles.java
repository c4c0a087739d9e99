package dev.memalloc.demo;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Finds the input files, one after the other and in the same order each time.
 *
 * <p>Directories are walked, in the order of names; so are jars, but not those inside of jars. Links to files are
 * followed, links to directories only where they were given themselves.
 */
final class InputFiles {
    private static final String CLASSES_OF_JDK = "/modules";

    private final Visitor visitor;

    InputFiles(Visitor visitor) {
        this.visitor = visitor;
    }

    /** Finds each class file in the image of the JDK that runs. */
    void findInJdk() {
        FileSystem jdk = FileSystems.getFileSystem(URI.create("jrt:/"));
        Path root = jdk.getPath(CLASSES_OF_JDK);
        walk(root, path -> {
            if (isClassFile(path)) {
                visitor.file(root.relativize(path).toString(), path);
            }
        });
    }

    /** Finds what is at a path that exists: a file, or the files in a jar or directory. */
    void findAt(Path path) {
        if (Files.isDirectory(path)) {
            walk(path, this::file);
        } else {
            file(path);
        }
    }

    static boolean isClassFile(Path path) {
        return path.toString().endsWith(".class");
    }

    private void file(Path path) {
        if (path.toString().endsWith(".jar") && Files.isRegularFile(path)) {
            findInJar(path);
        } else {
            visitor.file(path.toString(), path);
        }
    }

    private void findInJar(Path jar) {
        try (FileSystem entries = FileSystems.newFileSystem(jar)) {
            walk(entries.getPath("/"), path -> visitor.file(jar + "!" + path, path));
        } catch (IOException e) {
            visitor.unreadable(jar.toString(), e);
        }
    }

    private void walk(Path directory, Consumer<Path> action) {
        List<Path> children;
        try (Stream<Path> listed = Files.list(directory)) {
            children = listed.sorted().toList();
        } catch (IOException e) {
            visitor.unreadable(directory.toString(), e);
            return;
        }
        for (Path child : children) {
            if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
                walk(child, action);
            } else {
                action.accept(child);
            }
        }
    }

    /** What is done with what is found. */
    interface Visitor {
        /** Takes a file; its name says where it is to whoever reads the result. */
        void file(String name, Path path);

        /** Takes the name of what could not be looked into. */
        void unreadable(String name, IOException why);
    }
}
