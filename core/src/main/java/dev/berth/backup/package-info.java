/**
 * Backups: what there is of them, and how they describe themselves beside their images. The entry
 * type is {@link dev.berth.backup.Backup}. Depends on no machine and no storage.
 */
@NullMarked
package dev.berth.backup;

import org.jspecify.annotations.NullMarked;
