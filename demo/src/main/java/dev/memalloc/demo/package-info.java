/**
 * The census: every constant of every class file, counted once off the heap and once on it, and what each took.
 *
 * <p>What the words mean here. An <em>input file</em> is one file that is read: on disk, in a jar or in the JDK's
 * image. A <em>constant</em> is what is counted in it: in a class file each {@code CONSTANT_Utf8} entry of the
 * constant pool (names, descriptors, texts), in a text file each word. An <em>occurrence</em> is one constant in one
 * place. A <em>tally</em> is what a census has counted so far. A <em>way</em> is how it is kept: off-heap or on-heap.
 * A <em>figure</em> is one number of what a census took.
 */
package dev.memalloc.demo;
