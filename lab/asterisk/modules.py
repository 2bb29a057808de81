"""The modules a lab's Asterisk loads: what Zhida uses and nothing else, because fewer modules start and run faster."""

from typing import Final

MODULES: Final[tuple[str, ...]] = tuple(
    """
    res_sorcery_astdb res_sorcery_memory res_pjproject res_timing_timerfd func_periodic_hook res_http_websocket
    res_srtp res_rtp_asterisk res_pjsip res_pjsip_session res_pjsip_sdp_rtp res_pjsip_transport_websocket res_pjsip_nat
    res_pjsip_registrar res_pjsip_authenticator_digest res_pjsip_outbound_authenticator_digest
    res_pjsip_endpoint_identifier_ip res_pjsip_endpoint_identifier_user res_pjsip_pubsub res_pjsip_caller_id
    res_pjsip_dtmf_info res_pjsip_rfc3326 res_pjsip_header_funcs res_pjsip_acl res_pjsip_logger chan_pjsip
    bridge_builtin_features bridge_builtin_interval_features bridge_holding bridge_native_rtp bridge_simple bridge_softmix
    codec_alaw codec_ulaw codec_a_mu codec_resample
    format_pcm format_wav format_sln format_gsm pbx_config res_agi res_speech res_musiconhold
    res_manager_devicestate app_dial app_queue app_confbridge app_mixmonitor app_chanspy app_playback
    app_read app_stack app_verbose app_exec app_cdr
    func_callerid func_channel func_cdr func_cut func_devstate func_groupcount func_hangupcause func_logic func_math func_rand func_strings
    func_timeout func_uri func_version func_pjsip_endpoint func_pjsip_contact func_pjsip_aor res_cdrel_custom cdr_custom
    """.split()
)
