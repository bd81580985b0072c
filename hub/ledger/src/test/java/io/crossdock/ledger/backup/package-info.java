@NullMarked
package io.crossdock.ledger.backup;

import org.jspecify.annotations.NullMarked;
