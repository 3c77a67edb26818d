@NullMarked
package dev.berth.engine.save;

import org.jspecify.annotations.NullMarked;
