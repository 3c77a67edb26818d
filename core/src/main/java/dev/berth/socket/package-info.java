/** Plain byte streams over sockets. Must not depend on anything of Berth. */
@NullMarked
package dev.berth.socket;

import org.jspecify.annotations.NullMarked;
