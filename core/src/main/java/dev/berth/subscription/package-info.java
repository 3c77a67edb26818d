/**
 * Listeners and their threads, the same for every kind of host. Entry type: {@link
 * dev.berth.subscription.Subscriptions}. Must not depend on the engine or the control protocol.
 */
@NullMarked
package dev.berth.subscription;

import org.jspecify.annotations.NullMarked;
