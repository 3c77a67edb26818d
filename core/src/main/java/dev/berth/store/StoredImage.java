package dev.berth.store;

import dev.berth.image.ImageFormat;
import dev.berth.image.ImageName;

/**
 * What is stored of an image: what its file cannot tell for sure.
 *
 * @param name what it is called by
 * @param format how it is written
 */
public record StoredImage(ImageName name, ImageFormat format) {}
