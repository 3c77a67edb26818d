/** How what a machine has is changed: each kind of change, and what is shown of devices. */
@NullMarked
package dev.berth.engine.device;

import org.jspecify.annotations.NullMarked;
