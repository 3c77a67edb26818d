@NullMarked
package dev.berth.engine.backup;

import org.jspecify.annotations.NullMarked;
