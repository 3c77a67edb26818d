/** What tells the supported part of Berth from its inside. Must not depend on anything of Berth. */
@NullMarked
package dev.berth.api;

import org.jspecify.annotations.NullMarked;
