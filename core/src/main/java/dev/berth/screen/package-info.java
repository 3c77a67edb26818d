/**
 * Pictures of guests' screens: what QEMU writes becomes what everybody reads. The entry type is
 * {@link dev.berth.screen.ScreenPicture}. Depends on no machine; needs no desktop in the JVM.
 */
@NullMarked
package dev.berth.screen;

import org.jspecify.annotations.NullMarked;
