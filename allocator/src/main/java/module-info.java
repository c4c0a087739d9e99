/**
 * The off-heap memory allocator.
 *
 * <p>It needs native access: {@code --enable-native-access=dev.memalloc} on the module path,
 * {@code --enable-native-access=ALL-UNNAMED} on the class path.
 */
module dev.memalloc {
    exports dev.memalloc;
}
