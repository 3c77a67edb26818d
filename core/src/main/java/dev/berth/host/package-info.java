/**
 * The API of Berth: {@link dev.berth.host.VmHost}, embedded or remote, and the values its calls
 * take and give.
 */
@NullMarked
package dev.berth.host;

import org.jspecify.annotations.NullMarked;
