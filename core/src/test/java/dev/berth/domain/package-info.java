/** Tests of the plain values of a domain. */
@NullMarked
package dev.berth.domain;

import org.jspecify.annotations.NullMarked;
