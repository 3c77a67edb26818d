package dev.berth.image;

/**
 * A bitmap that is kept in an image, of what is written to its disk.
 *
 * @param name of the bitmap
 * @param recording whether what is written is noted in it when a machine has the image
 * @param inconsistent whether a QEMU has ended without having saved it, so that it is of no use
 */
public record ImageBitmap(String name, boolean recording, boolean inconsistent) {}
