/**
 * The one error tree of Berth: what went wrong, told by what the caller can do about it. Entry
 * type: {@link dev.berth.error.BerthException}. Depends on nothing but the JDK.
 */
@NullMarked
package dev.berth.error;

import org.jspecify.annotations.NullMarked;
