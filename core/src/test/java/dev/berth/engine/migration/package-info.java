@NullMarked
package dev.berth.engine.migration;

import org.jspecify.annotations.NullMarked;
