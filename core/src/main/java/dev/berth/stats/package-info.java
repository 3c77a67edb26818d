/**
 * What machines use: CPU time, memory, disk and network, as plain records. The entry is {@link
 * dev.berth.stats.DomainStats}. Knows nothing of how the figures are gathered.
 */
@NullMarked
package dev.berth.stats;

import org.jspecify.annotations.NullMarked;
