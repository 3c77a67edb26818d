/**
 * What an examination of a host comes to: {@link dev.berth.doctor.Finding}. The examinations
 * themselves are in the modules that know what there is to examine. Depends on nothing.
 */
@NullMarked
package dev.berth.doctor;

import org.jspecify.annotations.NullMarked;
