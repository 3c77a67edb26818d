/** What machines that change hosts need beside their machine: other hosts, networks, images. */
@NullMarked
package dev.berth.engine.migration;

import org.jspecify.annotations.NullMarked;
