/**
 * The off-heap memory allocator.
 *
 * <p>It needs native access: {@code --enable-native-access=dev.memalloc} on the module path,
 * {@code --enable-native-access=ALL-UNNAMED} on the class path.
 */
@SuppressWarnings("module") // the collections, which depend on this module, are compiled after it
module dev.memalloc {
    exports dev.memalloc;
    exports dev.memalloc.internal to dev.memalloc.collections;
}
