/** The ledger beside the bare database driver. */
@NullMarked
package io.crossdock.bench.ledger;

import org.jspecify.annotations.NullMarked;
