/** Arrays and maps whose storage is off the garbage-collected heap. */
module dev.memalloc.collections {
    requires transitive dev.memalloc;

    exports dev.memalloc.collections;
}
