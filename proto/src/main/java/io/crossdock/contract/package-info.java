/**
 * The rules that every contract obeys, ours and those of others, checked on linked descriptors: in
 * the build for the contracts of the product, at the hub's start for those that its configuration
 * adds.
 *
 * <p>{@link io.crossdock.contract.ContractRules} is the way in. Each group of rules is one class;
 * each broken rule is one {@link io.crossdock.contract.Finding}, and all of them are reported at
 * once. Nothing here knows the gateway or the ledger.
 */
@NullMarked
package io.crossdock.contract;

import org.jspecify.annotations.NullMarked;
