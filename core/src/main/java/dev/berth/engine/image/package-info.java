/** What is known of images, pools and the files that are in use. */
@NullMarked
package dev.berth.engine.image;

import org.jspecify.annotations.NullMarked;
