// Takes the place of the function of this name in the package's decoders, which emscripten's embind (MIT) made: it makes the
// source of a function for each one of the decoder and evaluates it, which the content security policy forbids.
function craftInvokerFunction(humanName, argTypes, classType, cppInvokerFunc, cppTargetFunc) {
  var count = argTypes.length - 2;
  if (count < 0) {
    throwBindingError("argTypes array size mismatch! Must at least get return value and 'this' types!");
  }
  var isMethod = argTypes[1] !== null && classType !== null;
  // a type that does not say how its value is freed pushes that on a stack
  var needsStack = argTypes.slice(1).some(type => type !== null && type.destructorFunction === undefined);
  return function (...args) {
    if (args.length !== count) {
      throwBindingError(`function ${humanName} called with ${args.length} arguments, expected ${count}`);
    }
    var destructors = needsStack ? [] : null;
    var wired = args.map((arg, n) => argTypes[n + 2].toWireType(destructors, arg));
    if (isMethod) {
      wired.unshift(argTypes[1].toWireType(destructors, this));
    }
    var result = cppInvokerFunc(cppTargetFunc, ...wired);
    if (needsStack) {
      runDestructors(destructors);
    } else {
      argTypes.slice(isMethod ? 1 : 2).forEach((type, n) => {
        if (type.destructorFunction !== null) {
          type.destructorFunction(wired[n]);
        }
      });
    }
    return argTypes[0].name === 'void' ? undefined : argTypes[0].fromWireType(result);
  };
}
