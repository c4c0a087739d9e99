/** Access to native memory by address, for the modules of this project only. */
package dev.memalloc.internal;
