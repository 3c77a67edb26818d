/** Tests of the examination of a host's machine. */
@NullMarked
package dev.berth.config.doctor;

import org.jspecify.annotations.NullMarked;
