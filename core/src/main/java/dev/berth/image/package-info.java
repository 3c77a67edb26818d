/**
 * Images of disks, and the pools that have them: names, what is known of each, and what is to be
 * made. The entry types are {@link dev.berth.image.Image} and {@link dev.berth.image.Pool}; {@link
 * dev.berth.image.ImageFiles} is the port to the files. Depends on no engine and no protocol.
 */
@NullMarked
package dev.berth.image;

import org.jspecify.annotations.NullMarked;
