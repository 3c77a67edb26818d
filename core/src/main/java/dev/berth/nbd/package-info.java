/**
 * What is asked of a disk that QEMU serves by NBD: which parts of it changed, and whether it can
 * still be read. The entry type is {@link dev.berth.nbd.NbdExport}. Depends on no machine; what the
 * server says is believed in nothing.
 */
@NullMarked
package dev.berth.nbd;

import org.jspecify.annotations.NullMarked;
