/** Tests of pictures of screens. */
@NullMarked
package dev.berth.screen;

import org.jspecify.annotations.NullMarked;
