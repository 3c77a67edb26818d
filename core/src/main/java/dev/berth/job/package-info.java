/**
 * Jobs: work on a domain that takes its time, goes on beside other work, and outlives the host
 * process. The entry type is {@link dev.berth.job.Job}. Depends on no machine and no storage.
 */
@NullMarked
package dev.berth.job;

import org.jspecify.annotations.NullMarked;
