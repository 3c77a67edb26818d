/**
 * Machines whose guests go on elsewhere, or later: what a file has in which the state of one is
 * kept. The entry type is {@link dev.berth.migration.SaveFile}. Depends on no engine and no QEMU.
 */
@NullMarked
package dev.berth.migration;

import org.jspecify.annotations.NullMarked;
