/**
 * Examines the machine that a host runs on, or would: what {@code vmctl doctor} prints. Looks and
 * changes nothing; needs no host that runs. Entry type: {@link dev.berth.config.doctor.HostDoctor}.
 * Must not open a host.
 */
@NullMarked
package dev.berth.config.doctor;

import org.jspecify.annotations.NullMarked;
