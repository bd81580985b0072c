/**
 * Which consumers the ledger knows, and what operators do about those that nobody has configured
 * any more: remove them, or give what waits for them to another name.
 */
@NullMarked
package io.crossdock.ledger.registry;

import org.jspecify.annotations.NullMarked;
