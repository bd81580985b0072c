/**
 * Looks at a ledger from outside after a drill: by plain SQL, and by what the witness wrote,
 * against what the callers were promised. Uses nothing of the ledger's own classes.
 */
@NullMarked
package io.crossdock.drill.audit;

import org.jspecify.annotations.NullMarked;
