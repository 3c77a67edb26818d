/**
 * What backups are made of and from: plans, chains, what is in their files, and what is on record
 * of them.
 */
@NullMarked
package dev.berth.engine.backup;

import org.jspecify.annotations.NullMarked;
