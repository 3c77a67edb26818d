/** Tests of the launcher: plans against golden files, launches with real QEMUs and guests. */
@NullMarked
package dev.berth.launcher;

import org.jspecify.annotations.NullMarked;
