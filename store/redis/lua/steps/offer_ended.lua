-- {call_id, offer_id, outcome, cause, again}: the offer brought no talk; the call goes on to another seat, or to the same one
-- where it may be rung again at once.
local call = Call.load(ARGS.call_id)
if not call or call.state ~= 'offered' then return reply({}) end
if call.offer_id ~= ARGS.offer_id then return reply({meanwhile = Match.offer_of(call)}) end

local seat_id = call.seat_id
local missed = RULES.away_after_missed and 'missed' or 'missed_kept'
local becomes = {
  declined = {missed, 'declined call ' .. call.call_id},
  expired = {missed, 'did not answer call ' .. call.call_id},
  unreachable = {'unreached', 'could not be rung for call ' .. call.call_id .. ': ' .. ARGS.cause},
  withdrawn = {'withdrawn', 'call ' .. call.call_id .. ' was withdrawn: ' .. ARGS.cause},
}
local event, why = unpack(becomes[ARGS.outcome])
Match.close(call, ARGS.outcome, ARGS.cause, event, why)
if not ARGS.again then Call.refuse(call, seat_id, ARGS.outcome == 'declined' or ARGS.outcome == 'expired') end
Call.lift(call)
Call.wait(call)
return reply({}, call.call_id)
