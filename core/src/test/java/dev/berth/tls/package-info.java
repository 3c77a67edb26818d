@NullMarked
package dev.berth.tls;

import org.jspecify.annotations.NullMarked;
