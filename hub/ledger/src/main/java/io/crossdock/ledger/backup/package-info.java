/**
 * Copies of the embedded ledger: made while it is written, checked before they are trusted, put
 * back into an empty directory. PostgreSQL has means of its own.
 */
@NullMarked
package io.crossdock.ledger.backup;

import org.jspecify.annotations.NullMarked;
